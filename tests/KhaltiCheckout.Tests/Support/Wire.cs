using System.Net;
using System.Text;
using KhaltiCheckout.Gateway;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Tests.Support;

/// <summary>
/// The HTTP handler between one process of the shop and Khalti. A test can suspend a call before or after Khalti's answer and
/// continue it later, as after a long pause, or never, as when the process is killed.
/// </summary>
internal sealed class Wire() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
{
    private const string Verify = "/payment/verify/";
    private const string Refund = "/refund/";

    private Stop? _next;
    private string _nextAt = Verify;

    /// <summary>Changes what Khalti answers to a verify.</summary>
    internal Func<string, string>? Rewrite { get; set; }

    /// <summary>Changes what Khalti answers to a lookup.</summary>
    internal Func<string, string>? RewriteLookup { get; set; }

    /// <summary>Changes what Khalti answers about one transaction.</summary>
    internal Func<string, string>? RewriteDetail { get; set; }

    /// <summary>What comes back from a refund instead of Khalti's answer, and whether Khalti hears of it at all.</summary>
    internal (bool IsDone, Func<HttpRequestMessage, HttpResponseMessage> Answer)? InsteadOfRefund { get; set; }

    /// <summary>What comes back from a verify instead of Khalti's answer; Khalti does not hear of it.</summary>
    internal Func<HttpRequestMessage, HttpResponseMessage>? InsteadOfVerify { get; set; }

    /// <summary>A transaction of which Khalti says that it does not know it.</summary>
    internal string? UnknownTransaction { get; set; }

    /// <summary>Answers in Khalti's place; null leaves the call to Khalti.</summary>
    internal Func<HttpRequestMessage, HttpResponseMessage?>? Instead { get; set; }

    /// <summary>Registers this handler in the services of the process that starts.</summary>
    internal void LayUnder(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton(provider => KhaltiClients.Of(
            provider.GetRequiredService<IOptions<KhaltiOptions>>().Value, provider.GetRequiredService<TimeProvider>(),
            () => new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan })));

        // A killed process does not wait for running requests.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(20));
    }

    internal Stop StopNextVerify(bool onTheWayBack) => StopNext(Verify, onTheWayBack);

    /// <param name="path">How the call's path ends.</param>
    internal Stop StopNext(string path, bool onTheWayBack)
    {
        _nextAt = path;
        return _next = new Stop(onTheWayBack);
    }

    /// <summary>Removes a stop that was not reached.</summary>
    internal void Unstop() => _next = null;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Instead?.Invoke(request) is { } answered)
        {
            return answered;
        }

        string path = request.RequestUri!.AbsolutePath;
        if (InsteadOfRefund is { } instead && path.EndsWith(Refund, StringComparison.Ordinal))
        {
            using HttpResponseMessage? genuine = instead.IsDone ? await base.SendAsync(request, cancellationToken) : null;
            return instead.Answer(request);
        }

        if (InsteadOfVerify is { } refuse && path.EndsWith(Verify, StringComparison.Ordinal))
        {
            return refuse(request);
        }

        if (UnknownTransaction is { } unknown && path.EndsWith($"/{unknown}/", StringComparison.Ordinal))
        {
            return new HttpResponseMessage(HttpStatusCode.NotFound)
            {
                Content = new StringContent("""{"detail": "Not found."}""", Encoding.UTF8, "application/json"),
            };
        }

        if (RewriteOf(path) is { } rewrite)
        {
            HttpResponseMessage genuine = await base.SendAsync(request, cancellationToken);
            string text = await genuine.Content.ReadAsStringAsync(cancellationToken);
            genuine.Content = new StringContent(rewrite(text), Encoding.UTF8, "application/json");
            return genuine;
        }

        if (!path.EndsWith(_nextAt, StringComparison.Ordinal) || Interlocked.Exchange(ref _next, null) is not { } stop)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        if (!stop.OnTheWayBack)
        {
            await stop.WaitAsync();
            return await base.SendAsync(request, CancellationToken.None);
        }

        HttpResponseMessage answer = await base.SendAsync(request, CancellationToken.None);
        await stop.WaitAsync();
        return answer;
    }

    private Func<string, string>? RewriteOf(string path) =>
        path.EndsWith(Verify, StringComparison.Ordinal) ? Rewrite
        : path.EndsWith("/epayment/lookup/", StringComparison.Ordinal) ? RewriteLookup
        : path.Contains("/merchant-transaction/", StringComparison.Ordinal) && !path.EndsWith(Refund, StringComparison.Ordinal)
        ? RewriteDetail
        : null;
}

internal sealed class Stop(bool onTheWayBack)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool OnTheWayBack => onTheWayBack;

    internal Task Reached => _reached.Task;

    internal void LetGo() => _gone.TrySetResult();

    // The caller's timeout does not end it, as a suspended process has no timers.
    internal async Task WaitAsync()
    {
        _reached.TrySetResult();
        await _gone.Task;
    }
}
