//! Hooks for a program that was built without them.

use zkasm::{Item, Op, Program, ZkPc};

use crate::hook::{BlockId, Hook};
use crate::sidetable::{Mark, SideTable};

/// The program with the hooks that `--instrument=blocks` emits, those of regions too, in the places that the side table
/// knows; hooks that it has are dropped. The result takes the same steps, and its log has blocks.
/// None if the program has more or fewer steps than the table rows, or was not compiled: then the
/// table knows blocks, but not which jumps are calls.
pub fn instrumented(program: &Program, map: &SideTable) -> Option<Program> {
    if map.is_of_labels() {
        return None;
    }
    let mut items = Vec::with_capacity(program.items.len() + 2 * map.blocks.len());
    let mut blocks = (0..).map(BlockId).zip(&map.blocks).peekable();
    let mut marks = map.marks.iter().peekable();
    let mut function = None;
    let mut zkpc = ZkPc(0);
    for item in &program.items {
        match item {
            Item::Command(command) if Hook::from_command(command).is_some() => continue,
            Item::Step(step) => {
                let mut hook = |hook: Hook| items.push(Item::Command(hook.to_command()));
                let block = blocks.next_if(|(_, block)| block.first == zkpc.0);
                if let Some((_, block)) = block
                    && function != Some(block.function)
                {
                    function = Some(block.function);
                    hook(Hook::Enter(block.function));
                }
                while let Some(mark) = marks.next_if(|mark| mark.zkpc == zkpc.0) {
                    hook(mark.hook());
                }
                if let Some((id, _)) = block {
                    hook(Hook::Block(id));
                }
                if step.ops.contains(&Op::Return) {
                    hook(Hook::Leave(function?));
                }
                zkpc.0 += 1;
            }
            _ => {}
        }
        items.push(item.clone());
        if matches!(item, Item::Step(_)) {
            let falls = |mark: &&Mark| mark.falling && mark.zkpc == zkpc.0;
            while let Some(mark) = marks.next_if(falls) {
                items.push(Item::Command(mark.hook().to_command()));
            }
        }
    }
    (zkpc.index() == map.rows.len()).then_some(Program { items })
}
