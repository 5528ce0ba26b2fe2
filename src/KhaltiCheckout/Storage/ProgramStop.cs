namespace KhaltiCheckout.Storage;

/// <summary>Ends the program where going on could lose money: said in the log, and by an exit code that whatever started it sees.</summary>
internal sealed partial class ProgramStop(IHostApplicationLifetime host, ILogger<ProgramStop> logger)
{
    private int _exitCode;

    internal int ExitCode => Volatile.Read(ref _exitCode);

    internal void Because(Exception failure, string sentence)
    {
        if (Interlocked.Exchange(ref _exitCode, 1) == 0)
        {
            Log.Stopping(logger, failure, sentence);
            host.StopApplication();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Critical, Message = "The program stops: {Sentence}")]
        internal static partial void Stopping(ILogger logger, Exception failure, string sentence);
    }
}
