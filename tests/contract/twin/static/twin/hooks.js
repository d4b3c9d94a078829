window.DjangoPhoenix = window.DjangoPhoenix || {};
window.DjangoPhoenix.hooks = {
  Chart: { mounted() {} },
};
