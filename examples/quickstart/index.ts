import { environmentOfStack } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const environment = environmentOfStack();
const near = new kubernetes.FolderStore("backups", { environment, size: "10Gi" });

export const { plan } = new kubernetes.PostgresBackup("orders", {
  environment,
  database: { host: "orders-db", database: "orders", passwordSecret: { name: "orders-db" } },
  stores: [near],
  keys: {
    // Public keys only. Replace both with your own (age-keygen): what these encrypt nobody can open.
    recipients: [
      "age159uh4fdduu6kakxtaf9gr834tvh28nr43pyygnvwnmfq2838r4uqepjxc8",
      "age1lsmvxmkadgrjenqyfq040wtjmj9lu8fvj4jr0y6tfwrerux9kggss5nkak",
    ],
    signingKeySecret: { name: "backup-signing-key" },
  },
});
