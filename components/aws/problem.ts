export { caution, problem } from "../shared/problem.js";
