using KhaltiCheckout.Tests.Support;

[assembly: TestCollectionOrderer(typeof(LongFirst))]
