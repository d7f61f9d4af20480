// Reading of project files and configuration texts. That programs see the same values is proven in usage.test.ts.
import assert from "node:assert/strict";
import { join } from "node:path";
import { configText } from "../../../cli/project/configuration.js";
import { parseProject, splitArguments } from "../../../cli/project/project-file.js";
import { parseYaml } from "../../../cli/project/yaml-file.js";

const FILE = join(__dirname, "Pulumi.yaml");

describe("project files", () => {
  it("have a runtime as a word or with options", () => {
    const plain = parseProject({ name: "p", runtime: "nodejs" }, FILE);
    assert.deepEqual([plain.typescript, plain.nodeArguments, plain.entryPoint], [true, [], "."]);
    const options = { typescript: false, nodeargs: "--import tsx --title='a b'", tsconfig: "other.json" };
    const full = parseProject({ name: "p", runtime: { name: "nodejs", options } }, FILE);
    assert.deepEqual(
      [full.typescript, full.nodeArguments, full.tsconfig],
      [false, ["--import", "tsx", "--title=a b"], "other.json"],
    );
  });

  it("have an entry point that is a file or a folder", () => {
    const file = parseProject({ name: "p", runtime: "nodejs", main: "project-file.test.ts" }, FILE);
    assert.deepEqual([file.workingDirectory, file.entryPoint], [__dirname, "project-file.test.ts"]);
    const folder = parseProject({ name: "p", runtime: "nodejs", main: ".." }, FILE);
    assert.deepEqual([folder.workingDirectory, folder.entryPoint], [join(__dirname, ".."), "."]);
  });

  it("have defaults for own keys and values for others", () => {
    const config = { size: 3, "p:own": "x", "aws:region": "eu-west-1", full: { type: "string" } };
    assert.deepEqual(parseProject({ name: "p", runtime: "nodejs", config }, FILE).config, {
      size: { default: 3 },
      "p:own": { default: "x" },
      "aws:region": { value: "eu-west-1" },
      full: { type: "string" },
    });
  });

  it("may name the folder of the stack files in the old way", () => {
    const project = parseProject({ name: "p", runtime: "nodejs", config: "stacks" }, FILE);
    assert.equal(project.stackDirectory, join(__dirname, "stacks"));
  });
});

describe("configuration texts", () => {
  it("are JSON for everything but texts, with sorted keys and all digits", () => {
    const { value } = parseYaml("{ b: 1, a: [true, 2.5, null], big: 9007199254740991, date: 2024-01-02, no: no }", "x");
    assert.equal(configText(value), '{"a":[true,2.5,null],"b":1,"big":9007199254740991,"date":"2024-01-02","no":"no"}');
    assert.equal(configText("plain"), "plain");
    assert.equal(configText(true), "true");
  });
});

describe("splitArguments", () => {
  it("splits at blanks and keeps quoted parts together", () => {
    assert.deepEqual(splitArguments(`  -r "a b" --x='c d'e  f `), ["-r", "a b", "--x=c de", "f"]);
    assert.deepEqual(splitArguments(""), []);
  });
});
