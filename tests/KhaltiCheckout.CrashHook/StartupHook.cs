using System.Diagnostics;

/// <summary>
/// Hears of each commit and each call to Khalti from the shop's store and HttpClient. While the file <c>CRASH_ORDER</c> is there, it
/// counts these moments and writes each into a log; at the moment that the order names it ends the process as kill -9 does: no
/// handler, no finally, no flush. The order's lines: the number of that moment (0: none), the log. Another order counts from one again.
/// The runtime wants this name and no namespace.
/// </summary>
#pragma warning disable MA0047, CA1050 // Declared outside a namespace: the runtime's contract for startup hooks.
internal static class StartupHook
#pragma warning restore MA0047, CA1050
{
    // Told of a call that failed, too, and then without a response.
    private const string Answered = "System.Net.Http.Response";

    private static readonly Lock Gate = new();
    private static string _order = "";
    private static int _moment;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("CRASH_ORDER") is { Length: > 0 } order)
        {
            DiagnosticListener.AllListeners.Subscribe(new Listeners(what => Reach(what, order)));
        }
    }

    private static void Reach(string what, string file)
    {
        // One process dies once: no other thread gets past the moment.
        lock (Gate)
        {
            if (Read(file) is not { } order)
            {
                return;
            }

            _moment = order == _order ? _moment + 1 : 1;
            _order = order;
            string[] lines = order.Split('\n');
            File.AppendAllText(lines[1], $"{_moment} {what}\n");
            if (_moment == int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture))
            {
                using Process self = Process.GetCurrentProcess();
                self.Kill();
                self.WaitForExit();
            }
        }
    }

    private static string? Read(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
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
