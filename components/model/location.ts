/** Where a store is. Two copies count as two only in two locations. */
export interface Location {
  /** `"aws"`, `"gcp"`, `"azure"`, `"kubernetes"`, `"host"`. */
  readonly provider: string;
  /** Account, project or subscription; `"default"` where it is the stack's own. */
  readonly account?: string;
  /** Region, cluster or host name. */
  readonly region: string;
}

/** `provider/account/region`, the same text for the same location. */
export function locationKey(location: Location): string {
  return `${location.provider}/${location.account ?? "default"}/${location.region}`;
}

/** Something with a name that lies somewhere. */
interface Placed {
  readonly store: string;
  readonly location: string;
}

/** Names by location key, in the order given: `{ "aws/default/eu-west-1": ["primary", "second"] }`. */
export function byLocation(copies: readonly Placed[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { store, location } of copies) {
    const group = groups.get(location);
    if (group === undefined) {
      groups.set(location, [store]);
    } else {
      group.push(store);
    }
  }
  return groups;
}
