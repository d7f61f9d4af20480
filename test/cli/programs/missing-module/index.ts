import { nothing } from "a-package-that-nobody-has";
export const found: unknown = nothing;
