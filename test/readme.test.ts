// The README: its tables against the code, its TypeScript against the compiler. Does not prove its prose.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { matrixMarkdown } from "../components/index.js";

const root = join(__dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");

describe("the README", () => {
  it("carries the default matrix as it is in code", () => {
    const [, table] = /<!-- matrix -->\n\n([^]*?)\n<!-- \/matrix -->/.exec(readme) ?? [];
    assert.equal(table, matrixMarkdown(), "run node scripts/readme.mjs");
  });

  it("has TypeScript that compiles as a user's program would", function () {
    this.timeout(120_000);
    const blocks = [...readme.matchAll(/```ts\n([^]*?)```/g)].map((match) => match[1]!);
    assert.ok(blocks.length >= 2);
    const files = new Map(blocks.map((text, index) => [join(root, `readme-block-${index}.ts`), text]));
    const options: ts.CompilerOptions = {
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ["node"],
    };
    const host = ts.createCompilerHost(options);
    const readFile = host.readFile.bind(host);
    const fileExists = host.fileExists.bind(host);
    host.readFile = (name) => files.get(name) ?? readFile(name);
    host.fileExists = (name) => files.has(name) || fileExists(name);
    host.getSourceFile = (name, languageVersion) => {
      const text = host.readFile(name);
      return text === undefined ? undefined : ts.createSourceFile(name, text, languageVersion);
    };
    const program = ts.createProgram([...files.keys()], options, host);
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
    assert.deepEqual(problems, []);
  });
});
