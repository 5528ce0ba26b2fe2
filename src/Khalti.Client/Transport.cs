using System.Net.Http.Headers;
using Polly;
using Polly.CircuitBreaker;

namespace Khalti.Client;

/// <summary>
/// Takes one request to Khalti and brings back an <see cref="Exchange"/>, whatever happens on the way. Two doors: money
/// calls go out once, reads are asked with patience.
/// </summary>
internal sealed class Transport(HttpClient http, KhaltiClientOptions options)
{
    private readonly AuthenticationHeaderValue _authorization = new("Key", options.SecretKey);
    private readonly ResiliencePipeline<Exchange> _reads = ReadResilience.Build(options);

    /// <summary>Sends once. <see cref="SocketsHttpHandler"/> sends a request without a body again by itself, a POST too,
    /// when its connection is cut before the answer begins; it never does so with a body. So a money call has one.</summary>
    internal async Task<Exchange> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null)
        {
            throw new InvalidOperationException("A call that moves money needs a body, or it may be sent twice.");
        }

        using Patience patience = new(options, cancellationToken);
        return await ExchangeAsync(request, patience, cancellationToken).ConfigureAwait(false);
    }

    internal Task<Exchange> ReadAsync(Uri address, CancellationToken cancellationToken) =>
        ReadAsync(() => new HttpRequestMessage(HttpMethod.Get, address), cancellationToken);

    /// <summary>For a read that Khalti wants as a POST: every try is a request of its own.</summary>
    internal async Task<Exchange> ReadAsync(Func<HttpRequestMessage> ask, CancellationToken cancellationToken)
    {
        using Patience patience = new(options, cancellationToken);
        Exchange last = Exchange.NotAsked;
        try
        {
            return await _reads.ExecuteAsync(
                async _ => last = await ExchangeAsync(ask(), patience, cancellationToken).ConfigureAwait(false),
                patience.Token).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            return last;
        }
        catch (OperationCanceledException)
        {
            // Time ran out between two tries: what the last one brought says more than silence.
            cancellationToken.ThrowIfCancellationRequested();
            return last;
        }
    }

    private async Task<Exchange> ExchangeAsync(HttpRequestMessage request, Patience patience, CancellationToken caller)
    {
        using (request)
        {
            request.Headers.Authorization = _authorization;
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            Uri? asked = request.RequestUri;
            try
            {
                using HttpResponseMessage response = await http.SendAsync(request, patience.Token).ConfigureAwait(false);
                byte[] body = await response.Content.ReadAsByteArrayAsync(patience.Token).ConfigureAwait(false);

                // SendAsync changes the request when it follows a redirect, which CreateHttpClient's does not.
                return request.RequestUri == asked
                    ? new Exchange(null, (int)response.StatusCode, body, RetryAfter(response))
                    : Exchange.Unreadable;
            }
            catch (OperationCanceledException)
            {
                caller.ThrowIfCancellationRequested();
                return Exchange.NoAnswer;
            }
            catch (HttpRequestException strange)
                when (strange.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.InvalidResponse)
            {
                return Exchange.Unreadable;
            }
            catch (InvalidDataException)
            {
                return Exchange.Unreadable; // said to be compressed, and is not
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException or InvalidOperationException)
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

    /// <summary>Until the caller gives up or the time for one call is over.</summary>
    private sealed class Patience : IDisposable
    {
        private readonly CancellationTokenSource _time;
        private readonly CancellationTokenSource _either;

        internal Patience(KhaltiClientOptions options, CancellationToken caller)
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
