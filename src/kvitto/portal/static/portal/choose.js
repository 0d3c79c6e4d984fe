// Several invoices at once: counts the chosen ones, and chooses all on the page without a new page. The boxes, the link
// and the button work without this.
(function () {
  'use strict'

  function boxesOf (form) {
    return Array.from(form.elements).filter(function (one) { return one.name === 'number' })
  }

  function tell (form) {
    const boxes = boxesOf(form)
    const chosen = boxes.filter(function (box) { return box.checked }).length
    const count = form.querySelector('output')
    count.hidden = false
    count.textContent = count.dataset.count + ' ' + chosen
    const all = form.querySelector('[data-all]')
    all.textContent = chosen === boxes.length ? all.dataset.none : all.dataset.all
  }

  for (const form of document.querySelectorAll('form[data-choose]')) {
    document.addEventListener('change', function () { tell(form) })
    window.addEventListener('pageshow', function () { tell(form) })
    form.querySelector('[data-all]').addEventListener('click', function (event) {
      event.preventDefault()
      const boxes = boxesOf(form)
      const choose = boxes.some(function (box) { return !box.checked })
      for (const box of boxes) { box.checked = choose }
      tell(form)
    })
    tell(form)
  }
})()
