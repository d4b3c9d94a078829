export const digits = (text) => text.replace(/\D/g, "")
