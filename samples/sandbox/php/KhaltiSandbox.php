<?php

declare(strict_types=1);

/** Starts Khalti Sandbox for a test and drives it. KHALTI_SANDBOX names another command than khalti-sandbox. */
final class KhaltiSandbox
{
    public const PUBLIC_KEY = 'test_public_key_11111111111111111111111111111111';
    public const SECRET_KEY = 'test_secret_key_22222222222222222222222222222222';
    public const EPAYMENT_SECRET_KEY = 'live_secret_key_33333333333333333333333333333333';

    /** @param resource $program */
    private function __construct(private $program, public readonly string $url)
    {
    }

    public static function start(string ...$more): self
    {
        $command = explode(' ', getenv('KHALTI_SANDBOX') ?: 'khalti-sandbox');
        $memory = ['--urls', 'http://127.0.0.1:0', '--Sandbox:ConnectionString', 'Data Source=:memory:'];
        $program = proc_open([...$command, ...$memory, ...$more], [1 => ['pipe', 'w']], $pipes);
        while ($program !== false && ($line = fgets($pipes[1])) !== false) {
            if (preg_match('~listens on (http:\S+?)/?;~', $line, $found)) {
                return new self($program, $found[1]);
            }
        }

        throw new RuntimeException('Khalti Sandbox did not start.');
    }

    public function stop(): void
    {
        proc_terminate($this->program);
        proc_close($this->program);
    }

    /** The payer pays; returns the address that Khalti sends the browser to. */
    public function pay(string $pidx, string $outcome = 'completed'): string
    {
        return $this->control('POST', "epayments/$pidx/outcome", ['outcome' => $outcome])['redirectUrl'];
    }

    /** The next call is carried out and its answer is lost. */
    public function loseNextAnswer(string $operation = '*'): void
    {
        $this->control('POST', 'faults', ['operation' => $operation, 'kind' => 'drop_after', 'times' => 1]);
    }

    public function calls(): array
    {
        return $this->control('GET', 'requests');
    }

    public function control(string $method, string $call, ?array $body = null): array
    {
        $request = curl_init("$this->url/_sandbox/$call");
        curl_setopt_array($request, [CURLOPT_CUSTOMREQUEST => $method, CURLOPT_RETURNTRANSFER => true]);
        if ($body !== null) {
            curl_setopt($request, CURLOPT_POSTFIELDS, json_encode($body));
            curl_setopt($request, CURLOPT_HTTPHEADER, ['Content-Type: application/json']);
        }

        $answer = curl_exec($request);
        $status = curl_getinfo($request, CURLINFO_HTTP_CODE);
        if ($answer === false || $status >= 300) {
            throw new RuntimeException("Khalti Sandbox answered $status to $method $call: $answer");
        }

        return json_decode($answer, true);
    }
}
