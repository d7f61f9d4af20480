import { main } from "./main.js";
import { FolderStore } from "./stores/folder-store.js";
import { GcsStore } from "./stores/gcs-store.js";

void main(process.argv.slice(2), { folder: (store) => new FolderStore(store), gcs: (store) => new GcsStore(store) });
