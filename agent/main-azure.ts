import { main } from "./main.js";
import { AzureStore } from "./stores/azure-store.js";
import { FolderStore } from "./stores/folder-store.js";

void main(process.argv.slice(2), {
  folder: (store) => new FolderStore(store),
  azure: (store) => new AzureStore(store),
});
