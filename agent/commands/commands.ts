import { backup } from "./backup.js";
import { check } from "./check.js";
import type { Command } from "./command.js";
import { drill } from "./drill.js";
import { list } from "./list.js";
import { prune } from "./prune.js";
import { restore } from "./restore.js";
import { snapshot } from "./snapshot.js";

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = {
  backup: { summary: "Takes one backup into every store.", options: {}, run: backup },
  list: {
    summary: "Tells every backup of the asset, good and bad.",
    options: { json: { help: "as data in the result line, in place of a table" } },
    run: list,
  },
  check: {
    summary: "Checks age, signature, chain, objects, lock, size, room and drills of what the stores hold.",
    options: {
      deep: { help: "also read the newest backup in every store and compare its hashes" },
      all: { help: "look at every backup, not only the newest: its locks, and with --deep its bytes" },
      status: { value: "FILE", help: "write the result as a JSON document" },
      metrics: { value: "FILE", help: "write figures for node_exporter's textfile collector (NAME.prom)" },
      push: { value: "URL", help: "push the figures to a Pushgateway" },
    },
    run: check,
  },
  drill: {
    summary: "Rehearses a restore in a scratch place: row counts, checks, RTO and RPO, with a signed record.",
    options: {
      identity: { value: "FILE", help: "age identities, one of which fits (needed)" },
      pick: { value: "WHICH", help: "newest, random, or oldest that is still promised (default: newest)" },
      scratch: { value: "FOLDER", help: "where it restores to; removed at the end (default: $TMPDIR)" },
    },
    run: drill,
  },
  restore: {
    summary: "Restores one backup, verified to its last byte before anything is changed.",
    options: {
      identity: { value: "FILE", help: "age identities, one of which fits (needed)" },
      id: { value: "ID", help: "this backup (default: the newest)" },
      at: { value: "TIME", help: "the newest that holds data of this time or before: 2026-01-31T02:00:00Z" },
      store: { value: "NAME", help: "from this store only (default: the first that has a good copy)" },
      database: { value: "NAME", help: "into this database (default: the source's)" },
      "into-existing": { value: "NAME", help: "repeats the database's name to replace objects that are in it" },
      jobs: { value: "N", help: "load rows and make indexes by N connections; not one transaction (default: 1)" },
      "no-owner": { help: "leave owners and grants out, where the roles do not exist" },
      part: { value: "NAME", help: "with --output: this part (default: the main one)" },
      output: {
        value: "FILE",
        help: "write the decrypted part into a new file, or - for stdout, in place of restoring",
      },
    },
    run: restore,
  },
  prune: {
    summary: "Removes expired backups from folders; the newest good one always stays.",
    options: { "dry-run": { help: "tell what would be removed, remove nothing" } },
    run: prune,
  },
  snapshot: {
    summary:
      "Takes a snapshot of each volume, and removes those whose time is over; the newest ready one always stays.",
    options: { "dry-run": { help: "tell what would be made and removed, change nothing" } },
    run: snapshot,
  },
};
