// Makes the calls of a client for Node.js that it reads, one JSON object a line, as drive.py does
// for Python: `node drive.mjs FOLDER`, with the client in FOLDER/node_modules.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

// What a library prints must not come between the answers.
console.log = console.info = console.debug = console.error;

const home = join(process.argv[2], "node_modules", "mem0ai");
const { exports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
const { MemoryClient } = await import(pathToFileURL(join(home, exports["."].import)));

let client;

async function make(asked) {
  if (asked.open) {
    client = new MemoryClient(asked.options);
    return null;
  }
  const answer = await client[asked.call](...(asked.arguments ?? []));
  return answer ?? null;
}

for await (const line of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = { answer: await make(JSON.parse(line)) };
  } catch (error) {
    said = { error: error.constructor.name, message: error.message, status: error.errorCode ?? null };
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}
