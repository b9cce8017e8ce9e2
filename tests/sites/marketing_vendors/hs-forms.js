// Stub of HubSpot's form embed: reads the form's definition, builds it, brings the invisible reCAPTCHA.
(function () {
  'use strict';
  async function create({ portalId, formId, target }) {
    const answer = await fetch(`https://forms.hsforms.com/embed/v3/form/${portalId}/${formId}/json?hutk=`);
    const { form } = await answer.json();
    const element = document.createElement('form');
    element.className = 'hs-form';
    for (const field of form.fields) {
      const label = document.createElement('label');
      const input = document.createElement('input');
      Object.assign(input, { name: field.name, type: field.type });
      label.append(`${field.label} `, input);
      element.append(label);
    }
    const button = Object.assign(document.createElement('button'), { textContent: form.submitText });
    const captcha = Object.assign(document.createElement('div'), { className: 'grecaptcha-badge-holder' });
    captcha.dataset.sitekey = form.captchaSiteKey;
    captcha.dataset.size = 'invisible';
    element.append(captcha, button);
    element.addEventListener('submit', (event) => submit(event, portalId, formId));
    document.querySelector(target).append(element);
    const recaptcha = document.createElement('script');
    recaptcha.async = true;
    recaptcha.src = 'https://www.google.com/recaptcha/enterprise.js?render=explicit&hl=en';
    document.head.append(recaptcha);
  }

  async function submit(event, portalId, formId) {
    event.preventDefault();
    const body = JSON.stringify(Object.fromEntries(new FormData(event.target)));
    await fetch(`https://forms.hsforms.com/submissions/v3/public/submit/formsnext/multipart/${portalId}/${formId}`, { method: 'POST', body });
    location.assign('/thank-you');
  }

  window.hbspt = { forms: { create } };
})();
