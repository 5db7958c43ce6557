// What jsforce meets when it speaks to the org: each step prints one line of JSON, the test reads them.
// Arguments: the org's address, an access token.
import jsforce from "jsforce";

const [instanceUrl, accessToken] = process.argv.slice(2);
const org = new jsforce.Connection({
  instanceUrl,
  accessToken,
  version: "59.0",
  callOptions: { client: "checker" },
});
const say = (step, value) => console.log(JSON.stringify([step, value]));
const hour = { StartDateTime: "2026-03-03T10:00:00.000+0000", EndDateTime: "2026-03-03T11:00:00.000+0000" };
const event = org.sobject("Event");

const made = await event.create({ Subject: "Review", ...hour });
say("create", made.success);
say("retrieve", (await event.retrieve(made.id)).Subject);
say("update", (await event.update({ Id: made.id, Subject: "Talk" })).success);

const many = [0, 1, 2].map((n) => ({ M365_Key__c: `k${n}`, Subject: n === 1 ? "x".repeat(256) : `S${n}`, ...hour }));
const upserted = await event.upsert(many, "M365_Key__c");
say("upsert", upserted.map((row) => row.success || row.errors[0].statusCode));
say("upsert again", (await event.upsert({ ...many[0], Subject: "again" }, "M365_Key__c")).success);
say("retrieve many", (await event.retrieve([upserted[0].id, upserted[2].id])).map((row) => row.Subject));

const found = await org.query("SELECT Subject, Owner.Name FROM Event WHERE IsChild = false ORDER BY Subject");
say("query", found.records.map((row) => row.Subject));
const paged = org.sobject("Contact").find({}, "LastName").sort("LastName").execute({ autoFetch: true, maxFetch: 10000 });
say("pages", (await paged).length);

say("describe", (await event.describe()).keyPrefix);
say("global", (await org.describeGlobal()).sobjects.some((one) => one.name === "EventRelation"));
say("destroy", (await event.destroy([upserted[0].id, upserted[2].id])).map((row) => row.success));
const window = [new Date(Date.now() - 3 * 3600e3), new Date(Date.now() + 120e3)];
say("updated", (await event.updated(...window)).ids.length);
say("deleted", (await event.deleted(...window)).deletedRecords.length);
say("queryAll", (await org.query("SELECT Id FROM Event", { scanAll: true })).totalSize);
const back = await org.soap.undelete([upserted[0].id, made.id]);
say("undelete", back.map((row) => row.success || row.errors[0].statusCode));
say("limits", typeof (await org.limits()).DailyApiRequests.Max);
say("usage", org.limitInfo.apiUsage.used > 0);
try {
  await event.create({ Subject: "Review" });
} catch (error) {
  say("error", error.errorCode);
}
