import { defineEnvironment } from "pulumi-backup-tiers";

/**
 * What the guide documents, as a named matrix. It gives no frequency for the catalogue ("time of last backup") and no
 * number for any retention; those are said here.
 */
export const environment = defineEnvironment({
  name: "production",
  extends: "production",
  protection: {
    // The guide's script, run by hand, becomes a daily dump; "before major changes" stays a command.
    postgres: {
      frequency: { cron: "0 2 * * *" },
      retention: { daily: "30 days" },
      copies: 2,
      restoreTests: [],
      targets: { rto: "5 minutes", rpo: "1 day" },
    },
    // "Daily Backstage PostgreSQL snapshots".
    volume: {
      frequency: { cron: "0 3 * * *" },
      retention: { daily: "7 days" },
      copies: 2,
      targets: { rto: "15 minutes", rpo: "1 day" },
    },
    // Terraform state: "all versions retained"; the window is what the plan can promise of them.
    "object-store": { retention: { pitr: "10 years" }, copies: 2, lock: { period: "30 days" } },
  },
});

/** One row of the guide's table of disasters. */
export interface Scenario {
  /** What happens. */
  readonly scenario: string;
  /** How it is noticed. */
  readonly detection: string;
  /** What is done. */
  readonly response: string;
  /** How long until the service is back. */
  readonly rto: string;
  /** What of this stack it rests on. */
  readonly by: string;
}

/** The guide's table "Disaster Scenarios and Responses", and what answers each row. */
export const scenarios: readonly Scenario[] = [
  row("Pod crash", "Pod not ready", "Auto-restart via K8s", "< 1 min", "Kubernetes"),
  row("Database corruption", "Query failures", "Restore from backup", "5 min", "asset catalogue"),
  row("PVC failure", "Volume errors", "Restore from EBS snapshot", "15 min", "asset volumes"),
  row("Node failure", "Node NotReady", "Auto-replace via ASG", "5 min", "node group"),
  row(
    "AZ outage",
    "Multi-AZ deployment",
    "Traffic shifts automatically",
    "< 1 min",
    "node groups; a volume stays in its zone",
  ),
  row("Region outage", "Manual detection", "Full DR in new region", "45 min", "copies in us-west-2"),
  row("Accidental deletion", "User report", "Restore from backup", "10 min", "asset catalogue, Object Lock"),
];

function row(scenario: string, detection: string, response: string, rto: string, by: string): Scenario {
  return { scenario, detection, response, rto, by };
}

/** What the guide leaves out, each with its reason. */
export const unprotected: Readonly<Record<string, string>> = {
  "github-repositories": "GitHub and every clone hold the whole history; nothing of the platform is written there only",
  "cognito-users": "Terraform's state rebuilds the pool, not its users: they sign in again or are invited anew",
  "acm-certificates": "Issued once more by DNS validation; keep the validation records in code",
  "route53-zone": "DNS delegation: the records are code, the name servers are entered at the registrar",
  "backstage-env-vars": "Reconstructed from config.yaml",
  "github-credentials": "In AWS Secrets Manager; replicate the secret to the second region there",
  "github-app": "App ID and permissions are documented; the private key is in AWS Secrets Manager",
  "aws-sso": "Configured in the organization's management account",
};
