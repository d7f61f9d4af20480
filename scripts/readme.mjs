// Writes the generated parts of README.md from the built library.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { matrixMarkdown } = createRequire(import.meta.url)("../dist/components/model/index.js");
const file = new URL("../README.md", import.meta.url);
const text = readFileSync(file, "utf8");
writeFileSync(file, text.replace(/(<!-- matrix -->\n)[^]*?(<!-- \/matrix -->)/, `$1\n${matrixMarkdown()}\n$2`));
