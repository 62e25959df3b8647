'use strict';
(function () {
  var form = document.querySelector('form.filter');
  if (!form) { return; }
  form.hidden = false;
  var word = form.querySelector('input[type=search]');
  var boxes = [].slice.call(form.querySelectorAll('input[type=checkbox]'));
  function apply() {
    var wanted = {};
    boxes.forEach(function (box) { wanted[box.value] = box.checked; });
    var text = word.value.toLowerCase();
    var narrowed = text !== '' || boxes.some(function (box) { return !box.checked; });
    document.querySelectorAll('details.suite').forEach(function (suite) {
      var shown = 0;
      suite.querySelectorAll('tr[data-name]').forEach(function (row) {
        var fits = wanted[row.dataset.status] && row.dataset.name.toLowerCase().indexOf(text) >= 0;
        row.classList.toggle('hidden', !fits);
        shown += fits ? 1 : 0;
      });
      suite.classList.toggle('hidden', narrowed && shown === 0);
      if (narrowed && shown > 0 && text !== '') { suite.open = true; }
    });
  }
  form.addEventListener('input', apply);
  form.addEventListener('submit', function (event) { event.preventDefault(); });
}());
