"""Microsoft Graph and Salesforce with memory, for trying and testing calsync: imports nothing of calsync."""
