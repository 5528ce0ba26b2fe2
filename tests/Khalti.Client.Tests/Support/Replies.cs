namespace Khalti.Client.Tests.Support;

/// <summary>Assertions on replies that return the value inside.</summary>
internal static class Replies
{
    internal static T ShouldBeAnswered<T>(this Reply<T> reply) =>
        reply.ShouldBeOfType<Reply<T>.Answered>().Value;

    internal static Refusal ShouldBeRefused<T>(this Reply<T> reply) =>
        reply.ShouldBeOfType<Reply<T>.Refused>().Reason;

    internal static Reply<T>.Unknown ShouldBeUnknown<T>(this Reply<T> reply, UnknownReason why, int? status = null)
    {
        Reply<T>.Unknown unknown = reply.ShouldBeOfType<Reply<T>.Unknown>();
        unknown.Why.ShouldBe(why);
        unknown.StatusCode.ShouldBe(status);
        return unknown;
    }
}
