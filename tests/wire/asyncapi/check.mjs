// Validates an AsyncAPI document given on standard input with the parser of the AsyncAPI project; offline.
import { readFileSync } from "node:fs";
import asyncapi from "@asyncapi/parser";

const { Parser } = asyncapi;
const { document, diagnostics } = await new Parser().parse(readFileSync(0, "utf8"));
const errors = diagnostics.filter((one) => one.severity === 0);
for (const error of errors.slice(0, 20)) console.error(`${error.path.join("/")}: ${error.message}`);
if (!document || errors.length) process.exit(1);
console.log(`${document.channels().length} channels, ${document.allMessages().length} messages`);
