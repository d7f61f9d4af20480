export const reached = true;
