using System.Collections.Concurrent;
using System.Globalization;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace KhaltiCheckout.Tests.Support;

/// <summary>Everything the shop logs. A warning that no test expected fails the test.</summary>
internal sealed class LogWatch : ILogEventSink
{
    private static readonly MessageTemplateTextFormatter Format =
        new("{SourceContext}: {Message:lj} {Exception}", CultureInfo.InvariantCulture);

    private readonly ConcurrentQueue<(LogEventLevel Level, string Text)> _lines = new();

    internal IEnumerable<string> Lines => _lines.Select(line => line.Text);

    internal IEnumerable<string> Warnings => _lines.Where(line => line.Level >= LogEventLevel.Warning).Select(line => line.Text);

    public void Emit(LogEvent logEvent)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        Format.Format(logEvent, text);
        _lines.Enqueue((logEvent.Level, text.ToString()));
    }
}
