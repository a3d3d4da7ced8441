/** The preview calculator in Wagtail's admin: asks the server while the editor types. No sums are done here. */

const PAUSE_MS = 400;
const admin = /** @type {any} */ (window); // Wagtail's own names there have no types

class PricePreview extends admin.StimulusModule.Controller {
  static targets = ["result", "status"];

  static values = { url: String, failed: String };

  connect() {
    this.form = this.element.closest("form");
    this.later = () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.send(), PAUSE_MS);
    };
    this.form?.addEventListener("input", this.later);
    this.form?.addEventListener("change", this.later);
  }

  disconnect() {
    window.clearTimeout(this.timer);
    this.asked = null;
    this.form?.removeEventListener("input", this.later);
    this.form?.removeEventListener("change", this.later);
  }

  /** @param {Event} event */
  ask(event) {
    event.preventDefault();
    this.send();
  }

  /** The newest question wins. The answer is a page: parsed by the browser, its scripts do not run. */
  send() {
    window.clearTimeout(this.timer);
    const asked = new XMLHttpRequest();
    this.asked = asked;
    asked.open("POST", this.urlValue);
    asked.responseType = "document";
    asked.addEventListener("loadend", () => {
      if (this.asked === asked) this.show(asked.response?.querySelector("[data-ppv-preview]") ?? null);
    });
    asked.send(new FormData(this.form));
  }

  /** @param {HTMLElement|null} found */
  show(found) {
    if (!found) {
      this.statusTarget.textContent = this.failedValue;
      return;
    }
    this.resultTarget.replaceChildren(document.importNode(found, true));
    this.statusTarget.textContent = found.dataset.ppvSummary;
  }
}

admin.wagtail.app.register("ppv-price-preview", PricePreview);
