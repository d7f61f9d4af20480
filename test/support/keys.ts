import type { BackupKeys } from "../../components/index.js";

/** Public keys that encrypt to nobody, and the name of a Secret. */
export const keys: BackupKeys = {
  recipients: [
    "age159uh4fdduu6kakxtaf9gr834tvh28nr43pyygnvwnmfq2838r4uqepjxc8",
    "age1lsmvxmkadgrjenqyfq040wtjmj9lu8fvj4jr0y6tfwrerux9kggss5nkak",
  ],
  signingKeySecret: { name: "backup-signing-key" },
};
