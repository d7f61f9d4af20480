// What is reported of programs that fail, and that nothing of them stays behind. The time limits are short ones of the
// tests; it is not proven that the default limit suits every program.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PreviewDocument } from "../../cli/document/preview-document.js";
import { PROGRAMS, previewProgram, runCommand } from "./support/command-line.js";

type Kind = NonNullable<PreviewDocument["error"]>["kind"];

interface Failure {
  readonly program: string;
  readonly kind: Kind;
  readonly message: RegExp;
  /** Names of what was registered before, without the stack. */
  readonly before: readonly string[];
  readonly args?: readonly string[];
}

const FAILURES: readonly Failure[] = [
  {
    program: "throws",
    kind: "threw",
    message: /Error: this program always fails\n +at .*throws.index\.ts:4/,
    before: ["before"],
  },
  { program: "throws-resource-error", kind: "threw", message: /^the thing is not right$/, before: ["thing"] },
  { program: "throws-run-error", kind: "threw", message: /^the program says so itself$/, before: [] },
  { program: "throws-in-apply", kind: "threw", message: /from inside an apply/, before: [] },
  { program: "rejects", kind: "threw", message: /nobody waited for this/, before: ["before"] },
  { program: "missing-module", kind: "threw", message: /Cannot find module 'a-package-that-nobody-has'/, before: [] },
  {
    program: "duplicate-names",
    kind: "threw",
    message: /^Duplicate resource URN '.*RandomPet::same'; try giving it a unique name$/,
    before: ["same"],
  },
  {
    program: "missing-configuration",
    kind: "configuration",
    message: /^Missing required configuration variable 'missing-configuration:password'\n\tplease set a value using/,
    before: ["before"],
  },
  {
    program: "declared-configuration",
    kind: "configuration",
    message: /^Stack 'dev' is missing configuration values 'first' and 'second'$/,
    before: [],
  },
  {
    program: "exits",
    kind: "exited",
    message: /^the program called process\.exit\(3\) at .*exits.index\.ts:4/,
    before: ["before"],
  },
  { program: "exits-quietly", kind: "exited", message: /^the program called process\.exit\(0\) at /, before: [] },
  {
    program: "pending",
    kind: "pending",
    message: /waiting for a promise that nothing would settle$/,
    before: ["before"],
  },
  {
    program: "pending-output",
    kind: "pending",
    message: /^The Pulumi runtime detected that \d+ promises/,
    before: ["before"],
  },
  {
    program: "never-ends",
    kind: "timeout",
    message: /did not end within 5 s: its entry point has returned, so a timer/,
    before: ["before"],
    args: ["--timeout", "5"],
  },
  {
    program: "spins",
    kind: "timeout",
    // It spins when its resource is registered, which may be before or after its outputs are.
    message: /did not end within 5 s: its entry point has (not returned|returned, so .*)$/,
    before: ["before"],
    args: ["--timeout", "5"],
  },
];

describe("programs that fail", () => {
  for (const { program, kind, message, before, args } of FAILURES) {
    it(`reports that ${program} ${kind}`, async () => {
      const { document, exitCode } = await previewProgram(program, args ?? ["--timeout", "60"]);
      assert.equal(exitCode, 1);
      assert.ok(document.error);
      assert.equal(document.error.kind, kind, document.error.message);
      assert.match(document.error.message, message);
      assert.deepEqual(
        document.resources.slice(1).map(({ name }) => name),
        before,
      );
    });
  }

  it("reports a program that does not compile", async () => {
    // Not among the other programs, since formatters would stumble over it.
    const folder = mkdtempSync(join(tmpdir(), "syntax-error-"));
    try {
      writeFileSync(join(folder, "Pulumi.yaml"), "name: syntax-error\nruntime: nodejs\n");
      writeFileSync(join(folder, "index.ts"), "export const broken = (;\n");
      const { stdout, exitCode } = await runCommand(["preview", folder, "--json"]);
      assert.equal(exitCode, 1);
      const { error } = JSON.parse(stdout) as PreviewDocument;
      assert.equal(error?.kind, "threw");
      assert.match(error.message, /TS1109: Expression expected/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("checks types only when it is told to", async () => {
    assert.equal((await previewProgram("type-error")).exitCode, 0);
    const checked = await previewProgram("type-error", ["--type-check"]);
    assert.equal(checked.exitCode, 1);
    assert.match(checked.document.error?.message ?? "", /TS2322: Type 'string' is not assignable to type 'number'/);
  });

  it("says the message once, for people too", async () => {
    const { stdout, exitCode } = await runCommand(["preview", join(PROGRAMS, "throws-run-error")]);
    assert.equal(exitCode, 1);
    assert.equal(stdout.split("the program says so itself").length, 2);
    assert.ok(!stdout.includes("node_modules"));
  });

  it("ends what a program has started when the time is up", async () => {
    const { stderr } = await previewProgram("spins", ["--timeout", "5"]);
    await assertGone(Number(/child (\d+)/.exec(stderr)?.[1]));
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it(`leaves nothing behind after ${signal}`, async () => {
      let send: ((name: NodeJS.Signals) => void) | undefined;
      const run = runCommand(["preview", join(PROGRAMS, "announces-itself"), "--timeout", "60"], {
        environment: { ANNOUNCE_TO: await announcement.address() },
        onStart: (kill) => (send = kill),
      });
      const pid = await announcement.next();
      send?.(signal);
      await run;
      await assertGone(pid);
    });
  }
});

/** A program tells its process id to a server, so that a test knows when it runs. */
const announcement = new (class {
  readonly #waiting: ((pid: number) => void)[] = [];
  #address: Promise<string> | undefined;
  #close: (() => void) | undefined;

  async address(): Promise<string> {
    const { createServer } = await import("node:http");
    this.#address ??= new Promise((resolve) => {
      const server = createServer((request, response) => {
        this.#waiting.shift()?.(Number(request.url?.slice(1)));
        response.end();
      });
      server.listen(0, "127.0.0.1", () => {
        const bound = server.address();
        resolve(`http://127.0.0.1:${String(typeof bound === "object" ? bound?.port : bound)}`);
      });
      this.#close = () => void server.close();
    });
    return this.#address;
  }

  next(): Promise<number> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#close?.();
  }
})();

after(() => {
  announcement.close();
});

/** Waits until a process has gone; fails where it stays for ten seconds. */
async function assertGone(pid: number): Promise<void> {
  assert.ok(pid > 0);
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    assert.ok(Date.now() < deadline, `process ${String(pid)} still runs`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
