using System.Net.Http.Headers;
using Polly;
using Polly.CircuitBreaker;

namespace Khalti.Client;

/// <summary>
/// Sends a request to Khalti and returns an <see cref="Exchange"/> whatever happens: calls that move money are sent once, reads
/// are retried.
/// </summary>
internal sealed class Transport(HttpClient http, KhaltiClientOptions options)
{
    private readonly AuthenticationHeaderValue _authorization = new("Key", options.SecretKey);
    private readonly ResiliencePipeline<Exchange> _reads = ReadResilience.Build(options);

    /// <summary>Sends once. Requires a body: <see cref="SocketsHttpHandler"/> resends a request without a body, also a POST, when
    /// its connection is cut before the answer begins.</summary>
    internal async Task<Exchange> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null)
        {
            throw new InvalidOperationException("A call that moves money needs a body, or it may be sent twice.");
        }

        using CallDeadline deadline = new(options, cancellationToken);
        return await ExchangeAsync(request, deadline, cancellationToken).ConfigureAwait(false);
    }

    internal Task<Exchange> ReadAsync(Uri address, CancellationToken cancellationToken) =>
        ReadAsync(() => new HttpRequestMessage(HttpMethod.Get, address), cancellationToken);

    /// <summary>For a read by POST: every attempt needs its own request.</summary>
    internal async Task<Exchange> ReadAsync(Func<HttpRequestMessage> createRequest, CancellationToken cancellationToken)
    {
        using CallDeadline deadline = new(options, cancellationToken);
        Exchange last = Exchange.NotAsked;
        try
        {
            return await _reads.ExecuteAsync(
                async _ => last = await ExchangeAsync(createRequest(), deadline, cancellationToken).ConfigureAwait(false),
                deadline.Token).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            return last;
        }
        catch (OperationCanceledException)
        {
            // Timed out between two attempts: the last result says more than NoAnswer.
            cancellationToken.ThrowIfCancellationRequested();
            return last;
        }
    }

    private async Task<Exchange> ExchangeAsync(HttpRequestMessage request, CallDeadline deadline, CancellationToken caller)
    {
        using (request)
        {
            request.Headers.Authorization = _authorization;
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            Uri? requested = request.RequestUri;
            try
            {
                using HttpResponseMessage response = await http.SendAsync(request, deadline.Token).ConfigureAwait(false);
                byte[] body = await response.Content.ReadAsByteArrayAsync(deadline.Token).ConfigureAwait(false);

                // SendAsync changes RequestUri when it follows a redirect; a client of CreateHttpClient never does.
                return request.RequestUri == requested
                    ? new Exchange(null, (int)response.StatusCode, body, RetryAfter(response))
                    : Exchange.Unreadable;
            }
            catch (OperationCanceledException)
            {
                caller.ThrowIfCancellationRequested();
                return Exchange.NoAnswer;
            }
            catch (HttpRequestException exception)
                when (exception.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.InvalidResponse)
            {
                return Exchange.Unreadable;
            }
            catch (InvalidDataException)
            {
                return Exchange.Unreadable; // wrong Content-Encoding
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidOperationException)
            {
                return Exchange.NoAnswer;
            }
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? header?.Date - options.TimeProvider.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>Combines the caller's cancellation and the timeout of the call.</summary>
    private sealed class CallDeadline : IDisposable
    {
        private readonly CancellationTokenSource _time;
        private readonly CancellationTokenSource _either;

        internal CallDeadline(KhaltiClientOptions options, CancellationToken caller)
        {
            _time = new CancellationTokenSource(options.Timeout, options.TimeProvider);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_time.Token, caller);
        }

        internal CancellationToken Token => _either.Token;

        public void Dispose()
        {
            _either.Dispose();
            _time.Dispose();
        }
    }
}
