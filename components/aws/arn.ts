/** The parts of an ARN that rules compare; empty texts where the service leaves them out. */
export interface ArnParts {
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  /** `rds`, `ec2`, `kms`. */
  readonly service: string;
  /** Region, empty for global services. */
  readonly region: string;
  /** Account of 12 digits, empty for some services. */
  readonly account: string;
  /** What follows: `db:ledger`, `key/1234`. */
  readonly resource: string;
}

/** The parts of a plain ARN; `undefined` for what is none, and for an output, which nobody can read yet. */
export function readArn(value: unknown): ArnParts | undefined {
  if (typeof value !== "string") return undefined;
  const match = /^arn:([a-z-]+):([a-z0-9-]+):([a-z0-9-]*):([0-9]*):(.+)$/.exec(value);
  if (match === null) return undefined;
  const [, partition = "", service = "", region = "", account = "", resource = ""] = match;
  return { partition, service, region, account, resource };
}
