using System.Diagnostics;

/// <summary>
/// Listens to what the shop's store and HttpClient tell of themselves, writes each moment into a file, and at the moment it was told
/// ends the process as kill -9 does: no handler, no finally, no flush. The runtime wants this name and no namespace.
/// </summary>
#pragma warning disable MA0047, CA1050 // Declared outside a namespace: the runtime's contract for startup hooks.
internal static class StartupHook
#pragma warning restore MA0047, CA1050
{
    // Told of a call that failed, too, and then without a response.
    private const string Answered = "System.Net.Http.Response";

    private static readonly Lock Gate = new();
    private static int _moment;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("CRASH_LOG") is { Length: > 0 } log)
        {
            int crashAt = int.Parse(Environment.GetEnvironmentVariable("CRASH_AT") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            string armed = Environment.GetEnvironmentVariable("CRASH_ARMED") ?? "";
            DiagnosticListener.AllListeners.Subscribe(new Listeners(what => Reach(what, log, armed, crashAt)));
        }
    }

    private static void Reach(string what, string log, string armed, int crashAt)
    {
        // One process dies once: no other thread gets past the moment.
        lock (Gate)
        {
            if (!File.Exists(armed))
            {
                return;
            }

            int moment = ++_moment;
            File.AppendAllText(log, $"{moment} {what}\n");
            if (moment == crashAt)
            {
                using Process self = Process.GetCurrentProcess();
                self.Kill();
                self.WaitForExit();
            }
        }
    }

    private sealed class Listeners(Action<string> reach) : IObserver<DiagnosticListener>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name is "KhaltiCheckout.Data" or "HttpHandlerDiagnosticListener")
            {
                value.Subscribe(new Moments(reach), name => NameOf(name) is not null);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed class Moments(Action<string> reach) : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (NameOf(value.Key) is { } moment)
            {
                object? request = Of(value.Value, "Request");
                bool isLost = value.Key == Answered && Of(value.Value, "Response") is null;
                reach(request is HttpRequestMessage { RequestUri: { } uri } message ? $"{moment} {message.Method} {uri.AbsolutePath}"
                    : isLost ? $"{moment}, no answer" : moment);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        private static object? Of(object? told, string name) => told?.GetType().GetProperty(name)?.GetValue(told);
    }

    private static string? NameOf(string diagnostic) => diagnostic switch
    {
        "Committing" => "before a commit",
        "Committed" => "after a commit",
        "System.Net.Http.Request" => "before the call",
        Answered => "after the call",
        _ => null,
    };
}
