import { isAbsolute } from "node:path";
import { choose } from "../../components/model/nearest.js";

/** An object whose keys are not known yet. */
export type Unread = Readonly<Record<string, unknown>>;

/** What a configuration may say of one kind of source. */
export interface SourceRules {
  readonly keys: readonly string[];
  check(rules: Rules, source: Unread): void;
}

/** Collects every problem of a document, so that its writer sees all of them at once. */
export class Rules {
  readonly problems: string[] = [];

  /** Notes `<path> must <rule> (<who>), got <value>; <what to do>`. */
  refuse(path: string, rule: string, value: unknown, advice: string, who = "the agent"): void {
    this.problems.push(`${path} must ${rule} (${who}), got ${shown(value)}; ${advice}`);
  }

  /** The value as an object of known keys; undefined, with the problem noted, when it is not one. */
  object(path: string, value: unknown, keys: readonly string[]): Unread | undefined {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.refuse(path, "be an object", value, `write { ${keys.slice(0, 3).join(", ")}, ... }`);
      return undefined;
    }
    for (const key of Object.keys(value)) {
      // Never the value of an unknown key: it may be a password that somebody wrote into the wrong document.
      if (!keys.includes(key)) this.refuse(path, "have known keys only", key, choose(key, keys));
    }
    return value as Unread;
  }

  /** Notes a problem unless the value is one of the words. */
  word(path: string, value: unknown, words: readonly string[], needed: boolean): void {
    if (value === undefined && !needed) return;
    if (typeof value === "string" && words.includes(value)) return;
    this.refuse(path, `be one of ${words.join(", ")}`, value, choose(String(value), words));
  }

  /** Notes a problem unless the value is text with something in it. */
  text(path: string, value: unknown, needed: boolean): void {
    if (value === undefined && !needed) return;
    if (typeof value === "string" && value !== "" && !value.includes("\0")) return;
    this.refuse(path, "be text", value, needed ? "write it" : "write it or leave it out");
  }

  /** Notes a problem unless the value is the absolute path of a file or folder. */
  absolutePath(path: string, value: unknown): void {
    if (typeof value === "string" && isAbsolute(value) && !value.includes("\0")) return;
    this.refuse(path, "be an absolute path", value, "begin it with /");
  }

  /** Notes a problem for each key that is there although it means nothing `when` something else is as it is. */
  leftOut(path: string, record: Unread, keys: readonly string[], when: string): void {
    for (const key of keys) {
      if (record[key] === undefined) continue;
      this.refuse(`${path}.${key}`, `be left out ${when}`, "a value", "leave it out");
    }
  }

  /** Notes a problem when only one of two keys is there. */
  together(path: string, record: Unread, one: string, other: string): void {
    for (const [given, missing] of [
      [one, other],
      [other, one],
    ] as const) {
      if (record[given] === undefined || record[missing] !== undefined) continue;
      this.refuse(`${path}.${missing}`, `come with ${given}`, undefined, `write both or leave ${given} out`);
    }
  }

  /** Notes a problem unless the value is a whole number within the bounds, both included. */
  wholeNumber(path: string, value: unknown, lowest: number, highest: number): void {
    if (value === undefined) return;
    if (Number.isSafeInteger(value) && (value as number) >= lowest && (value as number) <= highest) return;
    this.refuse(path, `be a whole number from ${lowest} to ${highest}`, value, "write such a number or leave it out");
  }

  /** Notes a problem unless the value is a whole number of seconds above 0. */
  seconds(path: string, value: unknown): void {
    if (Number.isSafeInteger(value) && (value as number) > 0) return;
    this.refuse(path, "be whole seconds above 0", value, "write a whole number");
  }

  /** Notes a problem unless the value is true, false or absent. */
  flag(path: string, value: unknown): void {
    if (value === undefined || typeof value === "boolean") return;
    this.refuse(path, "be true or false", value, "write one of them without quotes, or leave it out");
  }

  /** The elements of a list of texts, without those for which a problem was noted. */
  texts(path: string, value: unknown): readonly string[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.refuse(path, "be a list", value, "write [ ... ]");
      return [];
    }
    value.forEach((element: unknown, index) => {
      this.text(`${path}[${index}]`, element, true);
    });
    return value.filter((element): element is string => typeof element === "string" && element !== "");
  }
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
