import type { Workspace } from "./workspace.js";

/** Puts stand-ins for PostgreSQL's programs in place, whose dump is what a shell script prints after its first bytes. */
export function standInForPostgres(workspace: Workspace, dump: string): void {
  workspace.program("pg_dumpall", "echo -- globals");
  workspace.program(
    "psql",
    `while read -r line; do case "$line" in *server_version\\;*) echo 15.1;; *pg_export*) echo 1-1;; *has_table*) echo t;; *echo*) echo "\${line#*echo }";; esac; done\ncase "$*" in *server_version_num*) echo 150001;; esac`,
  );
  workspace.program(
    "pg_dump",
    `[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) 15.1"; exit; }\nprintf PGDMP; ${dump}`,
  );
}
