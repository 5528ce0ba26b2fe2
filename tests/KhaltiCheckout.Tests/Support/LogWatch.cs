using System.Collections.Concurrent;
using KhaltiCheckout.Http;
using Microsoft.Extensions.Logging;

namespace KhaltiCheckout.Tests.Support;

/// <summary>Everything the shop logs. A warning that no test expected fails the test.</summary>
internal sealed class LogWatch : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    internal IEnumerable<string> Lines => _lines.Select(line => line.Text);

    internal IEnumerable<string> Warnings => _lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Text);

    public ILogger CreateLogger(string categoryName) => new Watcher(_lines, categoryName);

    public void Dispose()
    {
    }

    private sealed class Watcher(ConcurrentQueue<(LogLevel Level, string Text)> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // The shop's own log leaves it out, too.
            if (!RequestLogging.IsHangUp(category, logLevel, exception))
            {
                lines.Enqueue((logLevel, $"{category}: {formatter(state, exception)} {exception}"));
            }
        }
    }
}
