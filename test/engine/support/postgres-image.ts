import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { runProgram } from "../../support/programs.js";
import { loadImage } from "./image.js";

/** Loads an image with this machine's PostgreSQL and pgBackRest, a shell, and user 999, as one would be built for drills. */
export async function loadPostgresImage(name: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "postgres-image-"));
  const root = join(work, "root");
  const put = (path: string, at = path): void => {
    mkdirSync(dirname(join(root, at)), { recursive: true });
    cpSync(realpathSync(path), join(root, at), { recursive: true });
  };
  try {
    const [bindir = "", pkglibdir = "", sharedir = ""] = ["--bindir", "--pkglibdir", "--sharedir"].map(postgresFolder);
    const pgbackrest = runProgram("sh", ["-c", "command -v pgbackrest"]).toString().trim();
    const programs = ["postgres", "psql", "pg_controldata"].map((program) => join(bindir, program));
    put(pkglibdir);
    put(sharedir);
    // The databases of this machine were made with it.
    put("/usr/lib/locale/C.utf8");
    for (const path of [...programs, pgbackrest, "/bin/sh"]) {
      put(path);
      for (const library of librariesOf(path)) put(library);
    }
    mkdirSync(join(root, "usr/bin"), { recursive: true });
    for (const path of programs) symlinkSync(path, join(root, "usr/bin", basename(path)));
    for (const folder of ["tmp", "etc", "proc", "dev", "sys"]) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\npostgres:x:999:999::/tmp:/bin/sh\n");
    writeFileSync(join(root, "etc/group"), "root:x:0:\npostgres:x:999:\n");
    await loadImage(name, root, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Debian has `pg_config` of each version in its own folder; the one on PATH may be of another. */
function postgresFolder(option: string): string {
  const postgres = realpathSync(runProgram("sh", ["-c", "command -v postgres"]).toString().trim());
  const own = join(dirname(postgres), "pg_config");
  return runProgram("sh", ["-c", `if [ -x ${own} ]; then ${own} ${option}; else pg_config ${option}; fi`])
    .toString()
    .trim();
}

function librariesOf(program: string): string[] {
  const { stdout } = spawnSync("ldd", [program], { encoding: "utf8" });
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = ""]) => path);
}
