// The list of faults that apply, at the top, and the choice of calls for new ones.
const kinds = {
  delay: 'is delayed',
  error: 'fails',
  drop_before: 'loses its connection and does nothing',
  drop_after: 'is carried out and loses its answer',
  garbage: 'answers half a body',
  not_found: 'finds nothing',
};

export function fillFaults(faults) {
  document.getElementById('active').hidden = faults.length === 0;
  document.getElementById('faults').replaceChildren(...faults.map(fault => {
    const line = document.createElement('li');
    line.textContent = sentence(fault);
    return line;
  }));
}

function sentence(fault) {
  const call = fault.operation === '*' ? 'Every call' : fault.operation;
  const status = fault.status ? ` with ${fault.status}` : '';
  const delay = fault.delayMs ? ` after ${fault.delayMs / 1000} s` : '';
  const retry = fault.retryAfterSeconds ? `, Retry-After ${fault.retryAfterSeconds} s` : '';
  const times = fault.times === 1 ? ', once' : fault.times ? `, ${fault.times} times` : '';
  const chance = (fault.probability ?? 1) < 1 ? `, ${Math.round(fault.probability * 100)} % of them` : '';
  return `${call} ${kinds[fault.kind]}${status}${delay}${retry}${times}${chance}`;
}

export function fillOperations(document_) {
  const choices = document_.components.schemas.Fault.properties.operation.enum;
  document.getElementById('operation').replaceChildren(...[...choices].reverse().map(name => {
    const option = document.createElement('option');
    option.value = name;
    option.textContent = name === '*' ? 'any call' : name;
    return option;
  }));
}
