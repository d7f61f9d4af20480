import { DurationError, parseDuration } from "./duration.js";
import type { FrequencyError } from "./cron.js";
import { type Frequency, isUnscheduled, resolveFrequency, unscheduledFrequencies } from "./frequency.js";
import { choose, nearest } from "./nearest.js";
import type { Rule, Violation } from "./rule.js";
import { show } from "./show.js";

/** A value that somebody wrote, and where. */
export interface Written {
  readonly path: string;
  readonly value: unknown;
}

/** An object with its keys. */
export interface WrittenKeys extends Written {
  readonly value: Unread;
  readonly allowed: readonly string[];
}

/** A value of a type that its setting decides. */
export interface WrittenTyped extends Written {
  readonly type: "boolean" | "text" | "list" | "object";
}

/** A value that is one of some words. */
export interface WrittenChoice extends Written {
  readonly choices: readonly string[];
}

/** A duration, or one of some words. */
export interface WrittenDuration extends Written {
  readonly words: readonly string[];
}

/** An object whose keys are not known yet. */
export type Unread = Readonly<Record<string, unknown>>;

/** Whether a value is an object with keys: no list and not null. */
export function isObject(value: unknown): value is Unread {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every key is one that something reads. Keys whose value is `undefined` count as absent. */
export const unknownKeyRule: Rule<WrittenKeys> = {
  id: "unknown-key",
  appliesTo: "value",
  level: "error",
  source: "nothing reads other keys",
  when({ path, value, allowed }) {
    return Object.keys(value)
      .filter((key) => value[key] !== undefined && !allowed.includes(key))
      .map((key) => {
        const near = nearest(key, allowed);
        return {
          path: `${path}.${key}`,
          must: "be a key that is known",
          got: key,
          advice: near === undefined ? `remove it or use one of ${allowed.join(", ")}` : `write ${near}`,
        };
      });
  },
};

const typeNames = {
  boolean: ["be true or false", "write true or false without quotes"],
  text: ["be a text with at least one letter", "write a text"],
  list: ["be a list", "write a list, in brackets"],
  object: ["be an object", "write its keys"],
} as const;

/** A value has the type of its setting. */
export const typeRule: Rule<WrittenTyped> = {
  id: "type",
  appliesTo: "value",
  level: "error",
  source: "type of the setting",
  when({ path, value, type }) {
    const [must, advice] = typeNames[type];
    return hasType(value, type) ? [] : [{ path, must, got: show(value), advice }];
  },
};

/** A word is one of the words that its setting knows. */
export const choiceRule: Rule<WrittenChoice> = {
  id: "choice",
  appliesTo: "value",
  level: "error",
  source: "words of the setting",
  when({ path, value, choices }) {
    if (typeof value === "string" && choices.includes(value)) {
      return [];
    }
    const advice = choose(typeof value === "string" ? value : "", choices);
    return [{ path, must: `be one of ${choices.join(", ")}`, got: show(value), advice }];
  },
};

/** A length of time is a whole number and a unit. */
export const durationRule: Rule<WrittenDuration> = {
  id: "duration",
  appliesTo: "value",
  level: "error",
  source: "form of a duration",
  when({ path, value, words }) {
    if (typeof value === "string" && words.includes(value)) {
      return [];
    }
    const must = ["be a duration", ...words.map((word) => `"${word}"`)].join(" or ");
    const advice = refusal(() => parseDuration(typeof value === "string" ? value : ""));
    return advice === undefined ? [] : [{ path, must, got: show(value), advice }];
  },
};

/** A frequency is a word, a length that cron can express, or a cron expression that fires in a known time zone. */
export const frequencyRule: Rule<Written> = {
  id: "frequency",
  appliesTo: "value",
  level: "error",
  source: "what schedulers read alike",
  when({ path, value }) {
    const must = "be a frequency that can be scheduled";
    if (typeof value === "string") {
      const advice = isUnscheduled(value) ? undefined : refusedText(value);
      return violations(advice, { path, must, got: show(value) });
    }
    if (!isObject(value) || typeof value["cron"] !== "string" || !isOptionalText(value["timeZone"])) {
      return [{ path, must, got: show(value), advice: 'write "1 day" or { cron: "0 2 * * *" }' }];
    }
    const frequency = value as Readonly<Record<string, unknown>> & Frequency;
    return violations(refusedFrequency(frequency), { path, must, got: show(value) });
  },
};

/** Copies are counted. */
export const copiesRule: Rule<Written> = {
  id: "copies",
  appliesTo: "value",
  level: "error",
  source: "protection matrix",
  when({ path, value }) {
    const right = typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
    return right ? [] : [{ path, must: "be a whole number from 1", got: show(value), advice: "write 1, 2 or 3" }];
  },
};

/** A lock is an object or the word `none`. */
export const lockFormRule: Rule<Written> = {
  id: "lock-form",
  appliesTo: "value",
  level: "error",
  source: "type of the setting",
  when: ({ path, value }) => [
    { path, must: 'be "none" or an object', got: show(value), advice: 'write { period: "30 days" }' },
  ],
};

function violations(advice: string | undefined, rest: Omit<Violation, "advice">): Violation[] {
  return advice === undefined ? [] : [{ ...rest, advice }];
}

/** A misspelt word is near to a word, anything else was meant as a duration. */
function refusedText(value: string): string | undefined {
  const near = nearest(value, unscheduledFrequencies);
  return near === undefined ? refusedFrequency(value as Frequency) : `write ${near}`;
}

function refusedFrequency(frequency: Frequency): string | undefined {
  return refusal(() => resolveFrequency(frequency, ""));
}

/** What the refusal of a duration or frequency advises; `undefined` where it is taken. */
function refusal(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof DurationError ? error.advice : (error as FrequencyError).message;
  }
}

function hasType(value: unknown, type: WrittenTyped["type"]): boolean {
  switch (type) {
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string" && value.trim() !== "";
    case "list":
      return Array.isArray(value);
    case "object":
      return isObject(value);
  }
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}
