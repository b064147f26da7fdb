"""What managers say of the reps: `/sms people`, and the same from Home."""

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions, menu, people_settings
from bot.blocks.people_settings import CAPACITY, MANAGER, NEW, ROLE, SKILLS
from bot.handlers.asked import Asked
from bot.handlers.form import Form
from bot.handlers.press import Press
from bot.handlers.sought import Sought
from desk import team
from desk.values import CHOICES


async def ask(asked: Asked) -> None:
    """`/sms people`: ask whom it is about."""
    await _open(asked)


async def open_(press: Press) -> None:
    """The same from Home."""
    await _open(press)


async def _open(by: Asked | Press) -> None:
    async with by.desk.database.read() as session:
        await team.require_manager(session, by.actor)
    await by.open(people_settings.people())


async def pick(press: Press) -> None:
    """Show what is said of whom was picked."""
    async with press.desk.database.read() as session:
        member = await team.read(session, press.actor, press.value)
    await press.update(people_settings.people(member))


async def save(form: Form) -> None:
    """Keep what was said."""
    user_id = form.metadata
    roles, capacity = form.choices(f"{ROLE}-{user_id}"), form.text(f"{CAPACITY}-{user_id}")
    async with form.desk.database.write() as session:
        await team.keep(
            session,
            form.actor,
            user_id,
            is_manager=MANAGER in roles,
            is_new=NEW in roles,
            capacity=int(capacity) if capacity else None,
            skills=form.choices(f"{SKILLS}-{user_id}"),
            now=form.now,
        )


async def list_members(sought: Sought) -> None:
    """Who can be picked, as somebody types."""
    async with sought.desk.database.read() as session:
        members = await team.list_members(session, sought.actor, matching=sought.typed, limit=CHOICES, now=sought.now)
    await sought.offer(menu.options(members))


async def list_skills(sought: Sought) -> None:
    """The labels that are in use, and the one that is being typed."""
    async with sought.desk.database.read() as session:
        skills = await team.list_skills(session, sought.actor, matching=sought.typed, limit=CHOICES)
    await sought.offer(menu.options(skills))


def register(app: AsyncApp) -> None:
    """Attach the button, the modal and its menus."""
    app.action(actions.PEOPLE_SETTINGS)(open_)
    app.action(actions.PICK_MEMBER)(pick)
    app.options(actions.PICK_MEMBER)(list_members)
    app.options(actions.PICK_SKILLS)(list_skills)
    app.view(actions.PEOPLE_MODAL)(save)
