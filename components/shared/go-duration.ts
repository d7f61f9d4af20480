/**
 * Whole seconds as Go writes a duration: `5m0s`, `168h0m0s`. Operators write their objects back in this form, and another
 * one would differ at every refresh.
 */
export function goDuration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const parts = [...(hours > 0 ? [`${hours}h`] : []), ...(hours > 0 || minutes > 0 ? [`${minutes}m`] : [])];
  return `${parts.join("")}${seconds % 60}s`;
}
