"""How calsync speaks to Microsoft Graph. What leaves is neutral: no Graph JSON, no exception of a library."""
