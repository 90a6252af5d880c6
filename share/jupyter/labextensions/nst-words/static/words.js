// A picture in a notebook's output carries its words in the output's metadata ("alt"). JupyterLab
// shows the picture and drops the words; this small extension, written by hand in the form that
// JupyterLab loads without a build, puts them where screen readers look for them.
(() => {
  const NAME = "nst-words";
  const KINDS = ["image/png", "image/jpeg"];
  let shared; // JupyterLab's own modules

  const withWords = (usual, kind) => ({
    ...usual,
    mimeTypes: [kind],
    createRenderer(options) {
      const renderer = usual.createRenderer(options);
      const render = renderer.renderModel.bind(renderer);
      renderer.renderModel = async (model) => {
        await render(model);
        const words = model.metadata[kind]?.alt;
        const picture = renderer.node.querySelector("img");
        if (picture && typeof words === "string") picture.alt = words;
      };
      return renderer;
    },
  });

  const load = async () => {
    const version = Object.values(shared["@jupyterlab/rendermime"])[0];
    const { IRenderMimeRegistry } = (await version.get())();
    const plugin = {
      id: `${NAME}:plugin`,
      description: "Gives pictures their alternative text.",
      autoStart: true,
      requires: [IRenderMimeRegistry],
      activate(app, registry) {
        for (const kind of KINDS) {
          const usual = registry.getFactory(kind);
          if (usual) registry.addFactory(withWords(usual, kind), registry.getRank(kind));
        }
      },
    };
    return () => ({ __esModule: true, default: plugin });
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: (scope) => {
      shared = scope;
    },
    get: load,
  };
})();
