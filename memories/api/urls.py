"""Addresses of the memory API. Each is served with and without the slash at its end."""

from controlplane.api.routes import both
from memories.api.endpoints.adding import AddMemories
from memories.api.endpoints.consolidating import ConsolidateMemories, PredictConsolidation
from memories.api.endpoints.elsewhere import AgentRush
from memories.api.endpoints.entities import (
    Entities,
    EntityFilters,
    EntityMemories,
    NewEntity,
    OneEntity,
    OneEntityOfOld,
)
from memories.api.endpoints.events import Events, MemoryEvents, OneEvent
from memories.api.endpoints.exports import Exports, GetExport, Summary
from memories.api.endpoints.importing import ImportConversations, OneImport
from memories.api.endpoints.learning import ModelSpending, PredictLearning, PreviewMemories
from memories.api.endpoints.listing import ListMemories, ListMemoriesOfOld
from memories.api.endpoints.many import AllMemories, Batch
from memories.api.endpoints.one import MemoryHistory, MemorySources, OneMemory
from memories.api.endpoints.opinions import GiveFeedback
from memories.api.endpoints.originals import MessageOriginals, OneOriginal
from memories.api.endpoints.ping import Ping
from memories.api.endpoints.profiles import (
    OneProfileJob,
    ProfileJobs,
    ProfileSettings,
    UserProfile,
)
from memories.api.endpoints.resolving import (
    KnownEntities,
    MergeEntities,
    ResolveEntities,
    UnmergeEntity,
)
from memories.api.endpoints.searching import GetContext, SearchMemories, SearchMemoriesOfOld
from memories.api.endpoints.selfhosted import (
    BareEntities,
    BareEntity,
    BareMemories,
    BareMemory,
    BareSearch,
    Reset,
)
from memories.api.endpoints.stats import Stats

urlpatterns = [
    *both("v1/ping", Ping.as_view()),
    *both("v3/memories/add", AddMemories.as_view()),
    *both("v3/memories/preview", PreviewMemories.as_view()),
    *both("v3/memories/predict", PredictLearning.as_view()),
    *both("v3/memories/consolidate", ConsolidateMemories.as_view()),
    *both("v3/memories/consolidate/predict", PredictConsolidation.as_view()),
    *both("v3/memories/entities/resolve", ResolveEntities.as_view()),
    *both("v3/memories/entities/merge", MergeEntities.as_view()),
    *both("v3/memories/entities/unmerge", UnmergeEntity.as_view()),
    *both("v3/memories/entities", KnownEntities.as_view()),
    *both("v3/memories/imports/<name:job_id>", OneImport.as_view()),
    *both("v3/memories/imports", ImportConversations.as_view()),
    *both("v3/memories/search", SearchMemories.as_view()),
    *both("v3/memories/messages/<name:message_id>/originals", MessageOriginals.as_view()),
    *both("v3/memories/messages/<name:message_id>/originals/<name:part>", OneOriginal.as_view()),
    *both("v3/memories", ListMemories.as_view()),
    *both("v2/memories/search", SearchMemoriesOfOld.as_view()),
    *both("v2/memories", ListMemoriesOfOld.as_view()),
    *both("v1/memories/search", SearchMemoriesOfOld.as_view()),
    *both("v1/memories", AllMemories.as_view()),
    *both("v1/memories/events", MemoryEvents.as_view()),
    *both("v1/memories/<name:memory_id>/history", MemoryHistory.as_view()),
    *both("v1/memories/<name:memory_id>/sources", MemorySources.as_view()),
    *both("v1/memories/<name:kind>/<name:name>", EntityMemories.as_view()),
    *both("v1/memories/<name:memory_id>", OneMemory.as_view()),
    *both("v1/batch", Batch.as_view()),
    *both("v1/context", GetContext.as_view()),
    *both("v1/spending", ModelSpending.as_view()),
    *both("v1/event/<name:event_id>", OneEvent.as_view()),
    *both("v1/events", Events.as_view()),
    *both("v1/entities/filters", EntityFilters.as_view()),
    *both("v1/entities", Entities.as_view()),
    *both("v1/users", NewEntity.as_view(kind="user")),
    *both("v1/agents", NewEntity.as_view(kind="agent")),
    *both("v1/apps", NewEntity.as_view(kind="app")),
    *both("v1/runs", NewEntity.as_view(kind="run")),
    *both("v1/exports/get", GetExport.as_view()),
    *both("v1/exports", Exports.as_view()),
    *both("v1/summary", Summary.as_view()),
    *both("v1/feedback", GiveFeedback.as_view()),
    *both("v1/stats", Stats.as_view()),
    *both("v1/agent-rush/memories/search", AgentRush.as_view()),
    *both("v1/agent-rush/memories", AgentRush.as_view()),
    *both("v2/profiles/settings", ProfileSettings.as_view()),
    *both("v2/profiles/jobs/<name:job_id>", OneProfileJob.as_view()),
    *both("v2/profiles/jobs", ProfileJobs.as_view()),
    *both("v2/entities/user/<name:name>/profile", UserProfile.as_view()),
    *both("v2/entities/<name:kind>/<name:name>", OneEntity.as_view()),
    *both("v1/entities/<name:kind>/<name:number>", OneEntityOfOld.as_view()),
    # Of mem0's self-hosted server.
    *both("memories/<name:memory_id>/history", MemoryHistory.as_view()),
    *both("memories/<name:memory_id>", BareMemory.as_view()),
    *both("memories", BareMemories.as_view()),
    *both("search", BareSearch.as_view()),
    *both("reset", Reset.as_view()),
    *both("entities/<name:kind>/<name:name>", BareEntity.as_view()),
    *both("entities", BareEntities.as_view()),
]
