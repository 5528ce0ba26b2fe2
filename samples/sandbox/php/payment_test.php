<?php

declare(strict_types=1);

require __DIR__ . '/KhaltiSandbox.php';

/** What a shop's server does. Null when there is no answer. */
function call(KhaltiSandbox $khalti, string $path, array $body): ?array
{
    $request = curl_init("$khalti->url/api/v2/epayment/$path/");
    curl_setopt_array($request, [
        CURLOPT_POSTFIELDS => json_encode($body),
        CURLOPT_HTTPHEADER => ['Authorization: Key ' . KhaltiSandbox::EPAYMENT_SECRET_KEY, 'Content-Type: application/json'],
        CURLOPT_RETURNTRANSFER => true,
    ]);
    $answer = curl_exec($request);
    return $answer === false ? null : json_decode($answer, true);
}

function check(bool $holds, string $sentence): void
{
    if (!$holds) {
        throw new RuntimeException("Not so: $sentence");
    }
}

$khalti = KhaltiSandbox::start();
try {
    $link = call($khalti, 'initiate', [
        'return_url' => 'https://shop.example/khalti/return',
        'website_url' => 'https://shop.example/',
        'amount' => 1300,
        'purchase_order_id' => 'order-1042',
        'purchase_order_name' => 'Two notebooks',
    ]);

    check(str_contains($khalti->pay($link['pidx']), 'status=Completed'), 'The payer comes back.');

    $khalti->loseNextAnswer('epayment_lookup');
    check(call($khalti, 'lookup', ['pidx' => $link['pidx']]) === null, 'The answer is lost.');
    $found = call($khalti, 'lookup', ['pidx' => $link['pidx']]);
    check($found['status'] === 'Completed' && $found['total_amount'] === 1300, 'The second lookup says Completed and the amount.');

    $lookups = array_filter($khalti->calls(), fn (array $call) => $call['operation'] === 'epayment_lookup');
    check(array_column($lookups, 'status') === [null, 200], 'Khalti was asked twice.');
    echo "ok\n";
} finally {
    $khalti->stop();
}
