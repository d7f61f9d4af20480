import { PolicyPack } from "@pulumi/policy";

new PolicyPack("test-pack", {
  policies: [
    {
      name: "pets-have-short-names",
      description: "A pet's name has at most two words.",
      enforcementLevel: "mandatory",
      validateResource: ({ type, props }, report) => {
        if (type === "random:index/randomPet:RandomPet" && Number(props["length"] ?? 2) > 2)
          report("the name is too long");
      },
    },
    {
      name: "pets-have-prefixes",
      description: "A pet has a prefix.",
      enforcementLevel: "advisory",
      validateResource: ({ type, props }, report) => {
        if (type === "random:index/randomPet:RandomPet" && props["prefix"] === undefined) report("it has no prefix");
      },
    },
    {
      name: "few-resources",
      description: "A stack has few resources.",
      enforcementLevel: "mandatory",
      validateStack: ({ resources }, report) => {
        const pets = resources.filter(({ type }) => type === "random:index/randomPet:RandomPet");
        if (pets.length > 1) report(`there are ${String(pets.length)} pets`);
      },
    },
  ],
});
