// Passkeys: form[data-passkey] is sent with what the browser's key answers. "add" makes a key, "use" and "login" use one.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (keys = []) => keys.map((key) => ({ ...key, id: bytes(key.id) }));

/** The key's answer as the server reads it. */
function answer(key) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[part]) response[part] = text(key.response[part]);
  }
  const extensions = key.getClientExtensionResults();
  return { id: key.id, rawId: text(key.rawId), type: key.type, response, clientExtensionResults: extensions };
}

/** A new key that knows its person, so that no address need be written. */
function make({ publicKey }) {
  const user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  const selection = { ...publicKey.authenticatorSelection };
  Object.assign(selection, { residentKey: "required", requireResidentKey: true, userVerification: "required" });
  const challenge = bytes(publicKey.challenge);
  const excludeCredentials = known(publicKey.excludeCredentials);
  const wanted = { ...publicKey, user, challenge, excludeCredentials, authenticatorSelection: selection };
  return navigator.credentials.create({ publicKey: wanted });
}

function use({ publicKey }) {
  const allowCredentials = known(publicKey.allowCredentials);
  return navigator.credentials.get({ publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials } });
}

async function asked(form) {
  if (form.dataset.passkey === "add") return make(JSON.parse(document.getElementById("passkey-options").textContent).creation_options);
  if (form.dataset.passkey === "use") return use(JSON.parse(document.getElementById("passkey-options").textContent).request_options);
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  return use((await response.json()).request_options);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const complaint = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    complaint.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(answer(await asked(form)));
      HTMLFormElement.prototype.submit.call(form);
    } catch {
      complaint.textContent = form.dataset.failed;
      complaint.hidden = false;
    }
  });
}
