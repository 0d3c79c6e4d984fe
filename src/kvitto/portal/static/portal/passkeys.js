// Passkeys: what a form with data-passkey needs of the browser. Without JavaScript its button stays hidden.
(function () {
  'use strict'

  async function optionsOf (form) {
    if (form.dataset.options) { return JSON.parse(form.dataset.options) }
    const answer = await fetch(form.action, { headers: { Accept: 'application/json' } })
    if (!answer.ok) { throw new Error('no options') }
    return (await answer.json()).request_options
  }

  async function credentialFor (form) {
    const options = await optionsOf(form)
    if (form.dataset.passkey !== 'add') { return window.webauthnJSON.get(options) }
    const alone = form.elements.passwordless.checked
    const choice = options.publicKey.authenticatorSelection
    choice.residentKey = alone ? 'required' : 'discouraged'
    choice.requireResidentKey = alone
    if (alone) { choice.userVerification = 'required' }
    return window.webauthnJSON.create(options)
  }

  document.querySelectorAll('form[data-passkey]').forEach(function (form) {
    const button = form.querySelector('button')
    const problem = form.querySelector('[data-problem]')
    if (!window.PublicKeyCredential || !window.webauthnJSON) { return }
    button.hidden = false
    form.addEventListener('submit', async function (event) {
      event.preventDefault()
      problem.hidden = true
      button.disabled = true
      try {
        form.elements.credential.value = JSON.stringify(await credentialFor(form))
        form.submit()
      } catch (error) {
        problem.hidden = false
        button.disabled = false
      }
    })
  })
})()
