// The layout of the service's catalogue, changed by a command of the runner's list:
// `node schema.mjs set 5 FOLDER` makes it so, `node schema.mjs status FOLDER` says by its exit code
// what became of the job in `INTERLOCK_KEY`: 0 it happened, 1 it never began, 2 nobody knows.
// Each job is written down before its effect and after it, so that effects can be counted by key.
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync } from "node:fs";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";

/** How long it takes before its effect, and after it: long enough to be killed in the middle. */
const WORK_MS = 800;
const FIRST_COLUMNS = 4;

const catalogue = (folder) => join(folder, "catalogue.json");
const journal = (folder) => join(folder, "schema.journal");

/** How many columns the catalogue has. */
export function columnsOf(folder) {
  const path = catalogue(folder);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).columns : FIRST_COLUMNS;
}

/** What became of each job, and how often it began. */
export function schemaEffects(folder) {
  const effects = {};
  const text = existsSync(journal(folder)) ? readFileSync(journal(folder), "utf8") : "";
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const { key, state } = JSON.parse(line);
    const begun = (effects[key]?.begun ?? 0) + (state === "begun" ? 1 : 0);
    effects[key] = { key, state, begun };
  }
  return effects;
}

function write(folder, entry) {
  const file = openSync(journal(folder), "a");
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
  fsyncSync(file);
  closeSync(file);
}

async function set(folder, columns) {
  const key = process.env.INTERLOCK_KEY;
  write(folder, { key, state: "begun" });
  await rest(WORK_MS);
  const next = `${catalogue(folder)}.next`;
  writeFileSync(next, JSON.stringify({ columns }));
  renameSync(next, catalogue(folder));
  console.log(`the catalogue has ${columns} columns`);
  await rest(WORK_MS);
  write(folder, { key, state: "succeeded" });
}

const [verb, ...others] = process.argv.slice(2);
if (import.meta.url === `file://${process.argv[1]}`) {
  if (verb === "set") {
    await set(others[1], Number(others[0]));
  } else {
    const state = schemaEffects(others[0])[process.env.INTERLOCK_KEY]?.state;
    process.exitCode = state === "succeeded" ? 0 : state === undefined ? 1 : 2;
  }
}
