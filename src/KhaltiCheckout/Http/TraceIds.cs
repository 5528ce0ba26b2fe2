using System.Diagnostics;
using System.Text.RegularExpressions;
using Serilog.Core;
using Serilog.Events;

namespace KhaltiCheckout.Http;

/// <summary>
/// Each request gets a trace id of our own: a client must not choose what stands in the log and in problem documents. The
/// <c>traceparent</c> that a client sends stands beside it, as <c>ClientTraceParent</c>.
/// </summary>
internal static partial class TraceIds
{
    private const string Tag = "client.traceparent";

    internal static void AddTraceIds(this IServiceCollection services)
    {
        services.AddSingleton<DistributedContextPropagator, NothingFromClients>();
        services.AddSingleton<ILogEventEnricher, ClientTraceParent>();
    }

    internal static void UseClientTraceParent(this IApplicationBuilder app) =>
        app.Use((context, next) =>
        {
            if (context.Request.Headers.TraceParent is [{ } told] && Form().IsMatch(told))
            {
                Activity.Current?.SetTag(Tag, told);
            }

            return next(context);
        });

    [GeneratedRegex("^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Form();

    private sealed class NothingFromClients : DistributedContextPropagator
    {
        public override IReadOnlyCollection<string> Fields => [];

        public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
        {
            // Calls to Khalti go through the client's own propagator.
        }

        public override void ExtractTraceIdAndState(
            object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
            (traceId, traceState) = (null, null);

        public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
            null;
    }

    private sealed class ClientTraceParent : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            if (Activity.Current?.GetTagItem(Tag) is string told)
            {
                logEvent.AddPropertyIfAbsent(new LogEventProperty(nameof(ClientTraceParent), new ScalarValue(told)));
            }
        }
    }
}
