export { ageOf, type Tier, tiersOf } from "../shared/tiers.js";
