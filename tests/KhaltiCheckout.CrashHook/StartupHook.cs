using System.Diagnostics;

/// <summary>
/// Observes each commit and each call to Khalti through the diagnostic listeners of the store and of HttpClient. While the file
/// <c>CRASH_PLAN</c> exists, it counts these crash points, logs each, and kills the process (as kill -9) at the planned one. The
/// plan's lines: number of the point (0: none), path of the log. A new plan counts from one. The runtime requires this class name.
/// </summary>
#pragma warning disable MA0047, CA1050 // Declared outside a namespace: the runtime's contract for startup hooks.
internal static class StartupHook
#pragma warning restore MA0047, CA1050
{
    // Also raised for a failed call, then without a response.
    private const string Answered = "System.Net.Http.Response";

    private static readonly Lock Gate = new();
    private static string _plan = "";
    private static int _pointCount;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("CRASH_PLAN") is { Length: > 0 } plan)
        {
            DiagnosticListener.AllListeners.Subscribe(new ListenerObserver(what => RecordAndKill(what, plan)));
        }
    }

    private static void RecordAndKill(string what, string file)
    {
        // The lock keeps other threads from passing the crash point while the process is killed.
        lock (Gate)
        {
            if (Read(file) is not { } plan)
            {
                return;
            }

            _pointCount = plan == _plan ? _pointCount + 1 : 1;
            _plan = plan;
            string[] lines = plan.Split('\n');
            File.AppendAllText(lines[1], $"{_pointCount} {what}\n");
            if (_pointCount == int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture))
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

    private sealed class ListenerObserver(Action<string> record) : IObserver<DiagnosticListener>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name is "KhaltiCheckout.Data" or "HttpHandlerDiagnosticListener")
            {
                value.Subscribe(new DiagnosticsObserver(record), name => NameOf(name) is not null);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed class DiagnosticsObserver(Action<string> record) : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (NameOf(value.Key) is { } point)
            {
                object? request = Of(value.Value, "Request");
                bool isLost = value.Key == Answered && Of(value.Value, "Response") is null;
                record(request is HttpRequestMessage { RequestUri: { } uri } message ? $"{point} {message.Method} {uri.AbsolutePath}"
                    : isLost ? $"{point}, no answer" : point);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        private static object? Of(object? value, string name) => value?.GetType().GetProperty(name)?.GetValue(value);
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
