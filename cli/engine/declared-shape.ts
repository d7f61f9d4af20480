import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UNKNOWN, type WireMap, type WireValue } from "./wire-value.js";

/** A result of which nothing is known, not even its shape. */
export const SHAPELESS: WireMap = { result: UNKNOWN };

/** Finds out what shape a provider function's result has, from the declarations of the installed package. */
export class DeclaredShapes {
  readonly #programDirectory: string;
  readonly #known = new Map<string, WireMap>();

  constructor(programDirectory: string) {
    this.#programDirectory = programDirectory;
  }

  /** Every declared property as an unknown; lists hold one unknown element, so that code that maps over them runs. */
  resultOf(token: string): WireMap {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const shape = this.#read(token);
    this.#known.set(token, shape);
    return shape;
  }

  #read(token: string): WireMap {
    const [packageName = "", modulePath = "", functionName = ""] = token.split(":");
    const folder = this.#packageFolder(packageName);
    if (folder === undefined || !/^[\w/.-]*$/.test(modulePath) || !/^\w+$/.test(functionName)) return SHAPELESS;
    const module = (modulePath.split("/")[0] ?? "").replace(/^index$/, "");
    const file = join(folder, module, `${functionName}.d.ts`);
    if (!existsSync(file)) return SHAPELESS;
    const shape = shapeOfInterface(readFileSync(file, "utf8"), functionName);
    return Object.keys(shape).length === 0 ? SHAPELESS : shape;
  }

  #packageFolder(packageName: string): string | undefined {
    try {
      return dirname(
        createRequire(join(this.#programDirectory, "index.js")).resolve(`@pulumi/${packageName}/package.json`),
      );
    } catch {
      return undefined;
    }
  }
}

/** Reads `export interface <Function>Result { readonly name: type; ... }`. */
export function shapeOfInterface(declarations: string, functionName: string): WireMap {
  const name = functionName.charAt(0).toUpperCase() + functionName.slice(1);
  const body = new RegExp(`interface ${name}Result \\{([\\s\\S]*?)\\n\\}`).exec(declarations)?.[1];
  if (body === undefined) return {};
  const properties = body.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/readonly (\w+)\??:\s*([^;]+);/g);
  return Object.fromEntries(
    [...properties].map(([, key = "", type = ""]): [string, WireValue] => [key, unknownOf(type)]),
  );
}

function unknownOf(type: string): WireValue {
  return type.trim().endsWith("[]") ? [UNKNOWN] : UNKNOWN;
}
