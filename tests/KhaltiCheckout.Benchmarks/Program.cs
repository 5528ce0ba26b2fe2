using System.Runtime.InteropServices;
using KhaltiCheckout.Benchmarks;

Options options;
try
{
    options = Options.Read(args);
}
catch (FormatException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

switch (options.Role)
{
    case "gateway":
        await Gateway.RunAsync(options.Url);
        return 0;
    case "null":
        await NullCheckout.RunAsync(options.Url, new Uri(options.Gateway), options.App!);
        return 0;
    case "bare":
        await NullCheckout.RunBareAsync(options.Url, new Uri(options.Gateway));
        return 0;
    case "empty":
        await NullCheckout.RunEmptyAsync(options.Url);
        return 0;
}

// In any case, stop every started process and delete the folder.
using CancellationTokenSource enough = new();
using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
await using Run run = new(options);
try
{
    return await run.MeasureAsync(enough.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (enough.IsCancellationRequested)
{
    return 130;
}
catch (InvalidOperationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    enough.Cancel();
}
