import { assetRules } from "./asset-rules.js";
import { environmentKnownRule, environmentNameRule, kindWholeRule } from "./environment-rules.js";
import { assetNameRule, locationPartRule, unprotectedReasonRule } from "./inventory-reader.js";
import { inventoryRules } from "./inventory-rules.js";
import { protectionRules } from "./protection-rules.js";
import type { Rule } from "./rule.js";
import {
  choiceRule,
  copiesRule,
  durationRule,
  frequencyRule,
  lockFormRule,
  typeRule,
  unknownKeyRule,
} from "./value-rules.js";

/** Every rule of the model, as data: its stable id, its level and who says so. */
export const rules: readonly Rule<never>[] = Object.freeze([
  unknownKeyRule,
  typeRule,
  choiceRule,
  durationRule,
  frequencyRule,
  copiesRule,
  lockFormRule,
  environmentKnownRule,
  environmentNameRule,
  kindWholeRule,
  ...protectionRules,
  assetNameRule,
  locationPartRule,
  ...assetRules,
  unprotectedReasonRule,
  ...inventoryRules,
]);
